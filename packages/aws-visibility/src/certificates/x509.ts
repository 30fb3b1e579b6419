// What the library's parts are put together by; it must be there before the library.
import 'reflect-metadata';

export * from '@peculiar/x509';
