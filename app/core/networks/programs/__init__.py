"""Programs that define a network, one module for each library; `app.core.networks.texts` reads them back."""
