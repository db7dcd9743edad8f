/** `info.description` of the OpenAPI document (CommonMark): what holds for every operation and stands at none. */
export const openApiIntroduction = `
## Credentials

Where several credentials come at once, the first that is present of \`X-API-Key\`, \`X-Auth-Token\` and \`Authorization\`
decides, even if it is refused; the others are not looked at. Operations for people alone, which name no API key, start with
\`X-Auth-Token\`.

An access token or a personal access token of an account names the workspace in \`X-Workspace\`: \`live\` or \`dev\` for an
account of one customer, a workspace id for an account of several. API keys and action tokens have one workspace and need no
such header.

## Errors

Every error is a problem (RFC 9457, \`application/problem+json\`) with a \`code\` to act on and the \`request_id\` that
\`X-Request-Id\` carries as well. \`detail\` is a sentence, for 422 the list of members that were refused. Operations that keep
the contract of another system answer errors as that system does: their responses say so.

## Limits

A limited operation answers with \`RateLimit\` (\`"default";r=59;t=1\`: 59 left, whole again in 1 s) and \`RateLimit-Policy\`
(\`"default";q=60;w=60\`: 60 in 60 s). Beyond the limit it answers 429 with \`Retry-After\` in seconds; so does 503.

A body has at most 1 MiB unless an operation takes less; a larger one is a 413. Answers are not to be cached unless their
\`Cache-Control\` says so.
`.trim();
