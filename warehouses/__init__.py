"""The park: warehouses, rooms, docks and sensors, and whether the cold held."""
