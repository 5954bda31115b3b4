export type IpVersion = 'ipv4' | 'ipv6';
