"""Everything inside a trained network: one file a method, none of which knows HTTP, files of models or the page."""
