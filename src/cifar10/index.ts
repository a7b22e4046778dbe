/** CIFAR-10 on the disk: fetched, checked, read. */
export { cifar10 } from './cifar10';
export { installCifar10, type InstallOptions } from './installCifar10';
