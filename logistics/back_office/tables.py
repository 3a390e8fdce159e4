"""How the admin lists and edits tables: edits are kept with who made them, facts are only read."""

from typing import Any

from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline


class StaffTable(SimpleHistoryAdmin, ModelAdmin):  # type: ignore[misc]
    """A table that staff edit; every edit is kept with who made it and when."""

    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True


class PlainTable(ModelAdmin):  # type: ignore[misc]
    """A table that staff edit rarely, with Django's own short log of edits."""

    list_per_page = 50
    show_full_result_count = False


class ReadOnlyTable(PlainTable):
    """Facts that the service writes: staff read them, nobody edits them here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse new rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse edits."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse deletion."""
        return False


class Rows(TabularInline):  # type: ignore[misc]
    """Rows that belong to the row being edited."""

    extra = 0
