"""Sends frames with a VLAN tag as fast as the device takes them: DEVICE VLAN SECONDS."""

import socket
import struct
import sys
import time

device, vlan, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
frame = b"\xff" * 6 + b"\x02\x00\x00\x00\x00\x01" + struct.pack("!HHH", 0x8100, vlan, 0x88B5) + bytes(1500)
end = time.monotonic() + seconds
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
    sender.bind((device, 0))
    while time.monotonic() < end:
        try:
            sender.send(frame)
        except OSError:  # The queue is full.
            time.sleep(0.001)
