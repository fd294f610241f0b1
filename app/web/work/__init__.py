"""What workers do for the routes: may import what computes, and PyTorch; `app.web.tasks` lists it. No HTTP."""
