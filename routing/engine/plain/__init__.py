"""Plain vehicle routing: the form that the literature knows, searched by two generators and decided by OR-Tools."""
