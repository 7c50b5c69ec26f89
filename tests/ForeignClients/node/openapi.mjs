// Validates the gateway's OpenAPI document with a public validator, and bodies and answers that were really sent against the schemas that it has for them.
// Usage: node openapi.mjs FILE, whose lines are {"operation": operationId, "body": ..., "answer": ...}; body is absent where there is none.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Agent, fetch } from 'undici';
import { issuer, print, tls } from './settings.mjs';

const response = await fetch(new URL('/openapi.json', issuer), { dispatcher: new Agent({ connect: { ca: tls.ca } }) });
const document = await response.json();
const validator = new Validator();
const { valid, errors } = await validator.validate(structuredClone(document));
assert.ok(valid, JSON.stringify(errors));

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addFormat('int32', true).addFormat('int64', true);
ajv.addSchema({ $id: 'https://gateway/openapi.json', ...document });
const pointer = (parts) => parts.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
const misfits = [];
const check = (place, value) => {
  const fits = ajv.compile({ $ref: `https://gateway/openapi.json#/${pointer(place)}` });
  fits(value) || misfits.push({ place: place.join(' '), errors: fits.errors });
};

const content = ['content', 'application/json', 'schema'];
const operations = new Map();
for (const [path, verbs] of Object.entries(document.paths)) {
  for (const [verb, operation] of Object.entries(verbs)) {
    assert.ok(!operations.has(operation.operationId), `two operations ${operation.operationId}`);
    operations.set(operation.operationId, ['paths', path, verb]);
  }
}

const seen = new Set();
for (const line of (await readFile(process.argv[2], 'utf8')).split('\n').filter(Boolean)) {
  const { operation, body, answer } = JSON.parse(line);
  const place = operations.get(operation);
  assert.ok(place, `the document has no operation ${operation}`);
  check([...place, 'responses', '200', ...content], answer);
  if (body) {
    check([...place, 'requestBody', ...content], body);
  }
  seen.add(operation);
}

assert.deepEqual(misfits, []);
print('document', { version: validator.version, operations: operations.size, schemas: Object.keys(document.components.schemas).length });
print('samples', { unseen: [...operations.keys()].filter((operation) => !seen.has(operation)) });
