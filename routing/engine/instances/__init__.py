"""Public vehicle-routing instances as text in, plain tables out, with each family's cost convention."""
