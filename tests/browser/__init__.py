"""The promise itself, in real browsers: Firefox and Chromium get real Web Pushes, with no network beyond this machine.

`mozilla.py` and `google.py` stand in for the push services that the browsers were built for, speaking the browsers' own
protocols; `firefox.py` and `chromium.py` drive the browsers. Nothing in the product knows about any of this.
"""
