"""Charts, each in three layers: extract numbers, draw them, a two-line public function."""
