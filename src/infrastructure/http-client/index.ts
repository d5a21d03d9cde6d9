export { HttpClientModule } from './http-client.module';
export { OutboundHttp, OutboundRefusedError, type OutboundRequest } from './outbound-http';
