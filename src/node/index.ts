/** What the core has of Node: importing this gives it files, pauses and CIFAR-10. */
import './files';
import '../cifar10';
