# Writes the images beside it: one with soft and hard edges and noise, what Pillow
# and OpenCV make of it in other sizes, and its edges by OpenCV for package canny.
# The sizes and thresholds stand in the names.
import cv2
import numpy as np
from PIL import Image

rng = np.random.default_rng(20261126)
y, x = np.mgrid[0:74, 0:96].astype(float)
waves = [127 + 120 * np.sin(x / a + y / b) for a, b in ((9, 14), (21, -7), (-13, 30))]
image = np.stack(waves, axis=2)
image[20:50, 30:70] = (250, 20, 90)
image[(x - 60) ** 2 + (y - 45) ** 2 < 300] = (10, 200, 240)
image[60:, :40] += rng.normal(0, 60, (14, 40, 3))
image = image.clip(0, 255).astype(np.uint8)
Image.fromarray(image).save("image.png")

for name, kind in (("lanczos", Image.LANCZOS), ("bicubic", Image.BICUBIC)):
    for size in ((96, 120), (131, 30), (20, 74), (64, 64)):
        Image.fromarray(image).resize(size, kind).save("%s-%dx%d.png" % (name, *size))
for name, kind, sizes in (("lanczos4", cv2.INTER_LANCZOS4, ((192, 128), (100, 64))),
                          ("area", cv2.INTER_AREA, ((48, 37), (32, 37), (41, 29), (128, 64), (100, 80)))):
    for size in sizes:
        Image.fromarray(cv2.resize(image, size, interpolation=kind)).save("%s-%dx%d.png" % (name, *size))
for low, high in ((100, 200), (20, 60), (300, 50), (0, 0), (600, 900)):
    Image.fromarray(cv2.Canny(image, low, high)).save("../../canny/testdata/edges-%dx%d.png" % (low, high))
