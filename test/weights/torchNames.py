"""Makes torchNames.json: the names of all networks that torchvision and timm have, which ours must be among.

    python test/weights/torchNames.py test/weights/torchNames.json
"""
import json
import sys

import timm
import torchvision

names = {
    'torchvision': {'version': torchvision.__version__.split('+')[0], 'names': sorted(torchvision.models.list_models(module=torchvision.models))},
    'timm': {'version': timm.__version__, 'names': sorted(timm.list_models())},
}
with open(sys.argv[1], 'w') as file:
    json.dump(names, file, separators=(',', ':'))
    file.write('\n')
