"""Builds routing tiles of our small road network with Valhalla's own builder.

The tests do this themselves where the installed pyvalhalla brings the builder (Python 3.12 and
later). For Python 3.11, whose pyvalhalla only reads tiles, `town-tiles.tar.xz` beside this file
holds the same tiles. After a change of network.py write it anew, with Python 3.12 or later:

    python -m tests.routing.roads.build_tiles
"""

import io
import json
import lzma
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import valhalla

from tests.routing.roads.network import write_map

ARCHIVE = Path(__file__).parent / "town-tiles.tar.xz"
BUILDER = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"


def build_tiles(folder: Path) -> Path:
    """Build the network's tiles inside `folder` and return their folder."""
    tiles = folder / "tiles"
    tiles.mkdir()
    map_file = folder / "town.osm.pbf"
    write_map(map_file)
    config = valhalla.get_config(tile_extract="", tile_dir=tiles)
    config["mjolnir"]["concurrency"] = 1
    config_file = folder / "valhalla.json"
    config_file.write_text(json.dumps(config))
    subprocess.run(
        [BUILDER, "--config", config_file, map_file], check=True, capture_output=True, timeout=60
    )
    return tiles


def unpack_tiles(folder: Path) -> Path:
    """Unpack the tiles of the archive into `folder` and return the tar file that Valhalla maps."""
    tar = folder / "town-tiles.tar"
    tar.write_bytes(lzma.decompress(ARCHIVE.read_bytes()))
    return tar


def write_archive() -> None:
    """Build the tiles and write the archive, the same bytes for the same tiles."""
    packed = io.BytesIO()
    with (
        tempfile.TemporaryDirectory() as folder,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        tiles = build_tiles(Path(folder))
        for path in sorted(tiles.rglob("*.gph")):
            member = tarfile.TarInfo(str(path.relative_to(tiles)))
            member.size = path.stat().st_size
            with path.open("rb") as file:
                tar.addfile(member, file)
    ARCHIVE.write_bytes(lzma.compress(packed.getvalue(), preset=9 | lzma.PRESET_EXTREME))
    sys.stdout.write(f"{ARCHIVE.name}: {ARCHIVE.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    write_archive()
