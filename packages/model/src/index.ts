// Identities
export { identityKey, type ServiceIdentity } from './identity.ts';
