"""Virtual tablets that drive a real server as real ones would, and a judge who looks whether it kept its promises."""
