import { layOut } from './mail-layout';

const PAGES = 'https://console.corp.example/account';

describe('the layout of mails', () => {
  it('escapes in HTML whatever somebody chose as a name, and leaves text as it is', () => {
    const hostile = `<img src=x onerror="alert('1')"> & co`;
    const { html, text } = layOut({ subject: hostile, paragraphs: [hostile] }, PAGES);
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; co');
    expect(text).toContain(hostile);
  });

  it('leads to the configured pages only, with the token where no server sees it', () => {
    const link = { label: 'Choose a password', page: 'reset-password', token: 'a"b&c' };
    const { html, text } = layOut({ subject: 'Subject', paragraphs: [], link }, PAGES);
    expect(text).toContain(`\n${PAGES}/reset-password#token=a%22b%26c\n`);
    expect(html).toContain(`href="${PAGES}/reset-password#token=a%22b%26c"`);
  });
});
