"""Programs that define a network, one module for each library; `app.core.network_texts` reads them back."""
