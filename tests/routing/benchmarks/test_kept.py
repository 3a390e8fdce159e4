"""Kept results: a second run finds them, and a line that was cut short does no harm."""

from routing.benchmarks.kept import Kept


def test_a_later_run_finds_what_an_earlier_one_kept(tmp_path):
    path = tmp_path / "folder" / "rows.jsonl"
    first = Kept(path)
    assert first.get("a") is None
    first.put("a", cost=1)
    first.put("b", cost=2)
    first.put("a", cost=3)
    again = Kept(path)
    assert again.get("a") == {"key": "a", "cost": 3}
    assert again.get("b") == {"key": "b", "cost": 2}


def test_a_line_that_was_cut_short_is_no_row(tmp_path):
    path = tmp_path / "rows.jsonl"
    Kept(path).put("a", cost=1)
    with path.open("a") as out:
        out.write('{"key": "b", "co')
    again = Kept(path)
    assert again.get("a") == {"key": "a", "cost": 1}
    assert again.get("b") is None


def test_without_a_path_rows_last_as_long_as_the_run():
    kept = Kept(None)
    kept.put("a", cost=1)
    assert kept.get("a") == {"key": "a", "cost": 1}
    assert Kept(None).get("a") is None
