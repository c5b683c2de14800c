"""An emulated BlueZ: the part of org.bluez that a central needs, on a private bus, with bumble's radio below it.

The daemon and bleak run unmodified against it. Behaviour that hosts trip over is kept: links outlive the client
that made them, a powered-off adapter ends links and discovery, a read also shows as a changed Value.
"""
