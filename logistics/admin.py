"""Admin of the lowest floor: people and roles, parties, sites, contracts, goods; events are only read."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AccessToken, Grant, IDToken, RefreshToken
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from logistics.back_office.tables import PlainTable, ReadOnlyTable, Rows, StaffTable
from logistics.models import (
    Contract,
    ContractLane,
    ContractRate,
    Event,
    GoodsCategory,
    MachineClient,
    Membership,
    Organization,
    OrganizationRole,
    Product,
    Site,
    SiteOpening,
    User,
)

# Tokens are secrets, and who has one is said by the machine client.
for token in (AccessToken, RefreshToken, IDToken, Grant):
    admin.site.unregister(token)


class MembershipRows(Rows):
    model = Membership
    autocomplete_fields = ("organization", "sites")


@admin.register(User)
class People(UserAdmin, PlainTable):  # type: ignore[type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "language", "is_active", "is_staff", "last_login")
    fieldsets = (
        (None, {"fields": ("username", "password", "email", "language")}),
        (_("Admin"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Signed in"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    inlines = (MembershipRows,)


@admin.register(Membership)
class Memberships(StaffTable):
    list_display = ("user", "role", "organization", "from_at", "to_at")
    list_filter = ("role",)
    list_select_related = ("user", "organization")
    search_fields = ("user__username", "organization__name_zh", "organization__name_en")
    autocomplete_fields = ("user", "organization", "sites")


@admin.register(MachineClient)
class MachineClients(StaffTable):
    list_display = ("application", "role", "organization", "is_active")
    list_select_related = ("application", "organization")
    autocomplete_fields = ("organization",)


class RoleRows(Rows):
    model = OrganizationRole


@admin.register(Organization)
class Organizations(StaffTable):
    list_display = ("code", "name_zh", "name_en", "uscc", "is_synthetic")
    list_filter = ("roles__role", "is_synthetic")
    search_fields = ("code", "name_zh", "name_en", "name_pinyin", "uscc")
    autocomplete_fields = ("parent",)
    inlines = (RoleRows,)


class OpeningRows(Rows):
    model = SiteOpening


@admin.register(Site)
class Sites(StaffTable):
    list_display = ("code", "kind", "name_zh", "city_zh", "latitude", "longitude", "is_synthetic")
    list_filter = ("kind", "is_synthetic")
    search_fields = ("code", "name_zh", "name_en", "name_pinyin", "city_zh", "city_en")
    autocomplete_fields = ("organization", "parent")
    inlines = (OpeningRows,)


class LaneRows(Rows):
    model = ContractLane


class RateRows(Rows):
    model = ContractRate


@admin.register(Contract)
class Contracts(StaffTable):
    list_display = ("reference", "kind", "carrier", "shipper", "from_date", "to_date")
    list_filter = ("kind",)
    list_select_related = ("carrier", "shipper")
    search_fields = ("reference", "carrier__name_zh", "carrier__name_en")
    autocomplete_fields = ("carrier", "shipper")
    inlines = (LaneRows, RateRows)


@admin.register(GoodsCategory)
class GoodsCategories(PlainTable):
    list_display = ("code", "name_zh", "name_en", "segregation")
    search_fields = ("code", "name_zh", "name_en")


@admin.register(Product)
class Products(PlainTable):
    list_display = ("code", "name_zh", "owner", "temperature_class", "shelf_life_days")
    list_filter = ("temperature_class",)
    list_select_related = ("owner",)
    search_fields = ("code", "name_zh", "name_en", "gtin")
    autocomplete_fields = ("owner", "category")


@admin.register(Event)
class Events(ReadOnlyTable):
    list_display = ("seq", "name", "subject_kind", "subject_id", "actor", "occurred_at")
    list_filter = ("name",)
    search_fields = ("subject_id", "actor", "name")
    ordering = ("-id",)
