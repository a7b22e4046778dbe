/** What the core has of Node: importing this gives it files, a terminal, drawings and CIFAR-10. */
import './files';
import './raster';
import './terminal';
import '../cifar10';
