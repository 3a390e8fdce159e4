"""Which scopes a machine may ask for: those that it was given, never all that exist."""

from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import SettingsScopes

from logistics.models import MachineClient


class MachineScopes(SettingsScopes):  # type: ignore[misc]
    """The scopes of one client; a client without an organization has none."""

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Return what this client may ask for."""
        machine = MachineClient.objects.filter(application=application, is_active=True).first()
        return machine.scopes.split() if machine else []

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Return what a client gets that asks for nothing in particular."""
        return self.get_available_scopes(application, request)


class MachineValidator(OAuth2Validator):  # type: ignore[misc]
    """Issues tokens to switched-on machines only."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Check the client's secret, and that somebody stands behind it."""
        known = super().authenticate_client(request, *args, **kwargs)
        machines = MachineClient.objects.filter(application=request.client, is_active=True)
        return bool(known) and machines.exists()
