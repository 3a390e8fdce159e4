"""Owns the signature under a dossier: Ed25519 (RFC 8032) over the bytes of its manifest."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE_BYTES = 64


class KeyUnreadable(ValueError):
    """What should be a key in PEM form is something else."""


def new_key() -> bytes:
    """Return a fresh private key, PKCS 8 in PEM, not encrypted."""
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def private_key(pem: bytes) -> Ed25519PrivateKey:
    """Read a private key; raises KeyUnreadable."""
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        message = f"no private key in PEM form: {error}"
        raise KeyUnreadable(message) from error
    if not isinstance(key, Ed25519PrivateKey):
        message = "the key is not of the kind Ed25519"
        raise KeyUnreadable(message)
    return key


def public_key(pem: bytes) -> Ed25519PublicKey:
    """Read a public key; raises KeyUnreadable."""
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError as error:
        message = f"no public key in PEM form: {error}"
        raise KeyUnreadable(message) from error
    if not isinstance(key, Ed25519PublicKey):
        message = "the key is not of the kind Ed25519"
        raise KeyUnreadable(message)
    return key


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """Return the public half in PEM, which everybody may have."""
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def is_signed(signature: bytes, content: bytes, key: Ed25519PublicKey) -> bool:
    """Say whether the key's owner signed this content."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True
