"""Reading the text of a network: its syntax, and what each library calls a layer. Nothing of it is ever run."""
