// SPDX-License-Identifier: GPL-3.0-or-later
#include "readiness/httpprobe.h"

#include "readiness/endlater.h"

#include <QNetworkProxy>
#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype maximumLineBytes = 1024;
constexpr int defaultPort = 80;

} // namespace

// Source: RFC 9112, 4, status line. Servers that leave out the space before an empty reason are
// many; RFC 9110, 15, says that the first digit alone tells the class.
int httpStatus(const QByteArray &line)
{
    static const QRegularExpression form(
        u"^HTTP/1\\.[0-9] ([1-5][0-9]{2})( [\\t\\x20-\\x7e\\x80-\\xff]*)?\\r?\\n\\z"_s);
    return form.match(QString::fromLatin1(line)).captured(1).toInt();
}

HttpProbe::HttpProbe(const ReadySpec &spec)
    : RepeatedProbe(spec)
    , m_url(spec.url, QUrl::StrictMode)
{ }

HttpProbe::~HttpProbe()
{
    end();
}

void HttpProbe::begin()
{
    if (!m_url.isValid() || m_url.host().isEmpty())
        return fail(u"\"%1\" is no URL"_s.arg(m_url.toDisplayString()));
    m_socket = std::make_unique<QTcpSocket>();
    m_socket->setProxy(QNetworkProxy::NoProxy);
    m_socket->setReadBufferSize(maximumLineBytes);
    connect(m_socket.get(), &QTcpSocket::connected, this, &HttpProbe::ask);
    connect(m_socket.get(), &QTcpSocket::readyRead, this, &HttpProbe::read);
    connect(m_socket.get(), &QTcpSocket::errorOccurred, this,
        [this] { giveUp(m_socket->errorString()); });
    m_socket->connectToHost(m_url.host(), quint16(m_url.port(defaultPort)));
}

void HttpProbe::ask()
{
    QByteArray target = m_url.toEncoded(
        QUrl::RemoveScheme | QUrl::RemoveAuthority | QUrl::RemoveFragment | QUrl::FullyEncoded);
    if (!target.startsWith('/'))
        target.prepend('/');
    const QByteArray host = m_url.toEncoded(QUrl::RemoveScheme | QUrl::RemoveUserInfo
        | QUrl::RemovePath | QUrl::RemoveQuery | QUrl::RemoveFragment);
    m_socket->write("GET " + target + " HTTP/1.1\r\nHost: " + host.mid(2)
        + "\r\nUser-Agent: semper\r\nAccept: */*\r\nConnection: close\r\n\r\n");
}

void HttpProbe::read()
{
    const QByteArray line = m_socket->peek(maximumLineBytes);
    const qsizetype newline = line.indexOf('\n');
    if (newline < 0 && line.size() < maximumLineBytes)
        return; // the rest is on its way
    const int status = newline < 0 ? 0 : httpStatus(line.first(newline + 1));
    if (status == 0)
        return giveUp(u"what came is not HTTP"_s);
    if (status < 200 || status >= 400)
        return giveUp(u"answered %1"_s.arg(status));
    end();
    succeed();
}

void HttpProbe::giveUp(const QString &why)
{
    end();
    fail(u"%1: %2"_s.arg(m_url.toDisplayString(), why));
}

void HttpProbe::end()
{
    endLater(std::move(m_socket), this);
}

} // namespace semper
