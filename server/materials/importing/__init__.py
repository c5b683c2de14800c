"""Materials and suppliers from tables that a plant has already: looked at first, then taken whole or not at all."""
