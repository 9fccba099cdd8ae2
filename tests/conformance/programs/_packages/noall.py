import os

public = "public"
_hidden = "hidden"
