"""Programs that mean harm, a world that they can harm, and whether they did."""
