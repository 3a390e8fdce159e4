"""How a public id looks in an address; anything else there is a 404 before a view runs."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class PublicIdConverter(StringConverter):
    """`<pid:public_id>`: a prefix and 26 characters in our ids; a little more passes and is not found."""

    regex = "[A-Za-z0-9_]{1,40}"


register_converter(PublicIdConverter, "pid")
