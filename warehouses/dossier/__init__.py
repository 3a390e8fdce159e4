"""The dossier of a shipment: what happened to it in the cold, in one signed file that proves itself.

`papers`, `blocks`, `statement`, `archive`, `signing`, `epcis`, `curve`, `sheet` and `verifying` need no database;
`gathering` and `building` read it.
"""
