"""What is measured, one command: ``make bench`` or ``chainrule bench [NAME …]``.

A benchmark is a module of this package with a function ``measure(address)``: it is given the address of a running
service and yields rows. Nothing here is asserted: figures depend on the machine, and are for reading.
"""
