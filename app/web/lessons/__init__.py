"""The lecture's pages: texts beside states of the rooms. They know the rooms; no room knows them."""
