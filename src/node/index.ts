/** What the core has of Node: importing this gives it files, a terminal and drawings. */
import './circumstances';
import './files';
import './images';
import './raster';
import './terminal';
