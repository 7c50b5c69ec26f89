// What a refused call says: a google.rpc.Status in the trailer grpc-status-details-bin, whose details are packed messages.
import protoLoader from '@grpc/proto-loader';

export function rpcStatus(metadata, protos) {
  const files = ['google/rpc/status.proto', 'google/rpc/error_details.proto'];
  const types = protoLoader.loadSync(files, { includeDirs: [protos], keepCase: true, defaults: true });
  const decode = (name, bytes) => types[name].deserialize(bytes);
  const status = decode('google.rpc.Status', metadata.get('grpc-status-details-bin')[0]);

  // type_url is "type.googleapis.com/" and the message's full name.
  const details = status.details.map(({ type_url, value }) => [type_url.split('/').pop(), value]);
  const only = (name) => {
    const found = details.filter(([type]) => type === name);
    if (found.length !== 1) {
      throw new Error(`${found.length} details are ${name}, not one`);
    }

    return decode(name, found[0][1]);
  };

  const info = only('google.rpc.ErrorInfo');
  return {
    reason: info.reason,
    domain: info.domain,
    metadata: info.metadata,
    request_id: only('google.rpc.RequestInfo').request_id,
    help: only('google.rpc.Help').links.map((link) => link.url),
  };
}
