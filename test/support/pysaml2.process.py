"""An identity provider of pysaml2 and xmlsec1, on loopback: `pysaml2.process.py FOLDER PORT`.

The folder holds `idp.key`, `idp.crt`, and, for each answer anew, `sp.xml` (our metadata) and `answer.json` (how the
answer is signed and encrypted). Everybody who comes is Alice.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAME_FORMAT_URI, NAMEID_FORMAT_PERSISTENT
from saml2.server import Server
from saml2.sigver import verify_redirect_signature
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

FOLDER = Path(sys.argv[1])
PORT = int(sys.argv[2])
BASE_URL = f'http://127.0.0.1:{PORT}'
SSO_URL = f'{BASE_URL}/sso'
ALICE = {'uid': ['alice'], 'mail': ['alice@corp.example'], 'displayName': ['Alice Example']}
SESSION_KEYS = {
    'http://www.w3.org/2009/xmlenc11#aes256-gcm': 'aes-256',
    'http://www.w3.org/2001/04/xmlenc#tripledes-cbc': 'des-192',
}

CONFIG = IdPConfig().load(
    {
        'entityid': f'{BASE_URL}/metadata',
        'xmlsec_binary': '/usr/bin/xmlsec1',
        'key_file': str(FOLDER / 'idp.key'),
        'cert_file': str(FOLDER / 'idp.crt'),
        'service': {
            'idp': {
                'endpoints': {
                    'single_sign_on_service': [
                        (SSO_URL, BINDING_HTTP_REDIRECT),
                        (SSO_URL, BINDING_HTTP_POST),
                    ],
                },
                'policy': {
                    'default': {
                        'lifetime': {'minutes': 5},
                        'name_form': NAME_FORMAT_URI,
                        'nameid_format': NAMEID_FORMAT_PERSISTENT,
                    },
                },
            },
        },
    }
)


class Idp(Server):
    """Encrypts by what it is told: pysaml2 itself knows 3DES alone."""

    def __init__(self):
        super().__init__(config=CONFIG)
        encrypt = self.sec.encrypt_assertion

        def encrypt_as_told(statement, enc_key, template, node_xpath=None):
            algorithm = answer_options()['encryption']
            template.encryption_method.algorithm = algorithm
            return encrypt(statement, enc_key, template, SESSION_KEYS[algorithm], node_xpath)

        self.sec.encrypt_assertion = encrypt_as_told

    def request(self, binding, fields):
        """The request, whose signature holds by a certificate in our metadata."""
        self.metadata = self.sec.metadata = CONFIG.load_metadata({'local': [str(FOLDER / 'sp.xml')]})
        request = self.parse_authn_request(fields['SAMLRequest'], binding)
        if binding == BINDING_HTTP_POST:
            # pysaml2 has verified it, where there is one.
            is_signed = request.message.signature is not None
        else:
            crypto = self.sec.sec_backend
            certificates = self.metadata.certs(request.sender(), 'spsso', 'signing')
            is_signed = any(verify_redirect_signature(fields, crypto, cert) for cert in certificates)
        if not is_signed:
            raise ValueError('The request is not signed')
        return request.message

    def answer(self, message, relay_state):
        """The page that posts the answer."""
        options = answer_options()
        to = self.response_args(message, [BINDING_HTTP_POST])
        response = self.create_authn_response(
            ALICE,
            userid='alice',
            authn={'class_ref': PASSWORDPROTECTEDTRANSPORT, 'authn_auth': CONFIG.entityid},
            sign_assertion=options['signAssertion'],
            sign_response=options['signResponse'],
            encrypt_assertion=options['encryption'] is not None,
            sign_alg=SIG_RSA_SHA256,
            digest_alg=DIGEST_SHA256,
            **{name: to[name] for name in ('in_response_to', 'sp_entity_id', 'name_id_policy', 'destination')},
        )
        binding = self.apply_binding(
            to['binding'], str(response), to['destination'], relay_state, response=True
        )
        return binding['data']


def answer_options():
    return json.loads((FOLDER / 'answer.json').read_text())


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == '/metadata':
            self.send(200, str(entity_descriptor(CONFIG)), 'application/samlmetadata+xml')
        else:
            self.sign_on(BINDING_HTTP_REDIRECT, url.query)

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.sign_on(BINDING_HTTP_POST, body.decode())

    def sign_on(self, binding, encoded):
        if urlsplit(self.path).path != '/sso':
            return self.send(404, 'There is nothing here')
        fields = dict(parse_qsl(encoded))
        try:
            page = idp.answer(idp.request(binding, fields), fields.get('RelayState', ''))
        except Exception as error:
            print(repr(error), file=sys.stderr, flush=True)
            return self.send(400, repr(error))
        self.send(200, page, 'text/html')

    def send(self, status, text, content_type='text/plain'):
        body = text.encode()
        self.send_response(status)
        self.send_header('Content-Type', content_type)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


idp = Idp()
HTTPServer(('127.0.0.1', PORT), Handler).serve_forever()
