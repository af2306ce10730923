// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/httpprobe.h"

#include "health/endlater.h"
#include "health/politeclose.h"
#include "http/headwriter.h"

#include <QNetworkProxy>
#include <QSslSocket>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qint64 answerBufferBytes = 64 * 1024;
constexpr int mostStepsPerBody = 1'000'000; // some milliseconds

QByteArray requestFor(const ProbeUrl &url, const QMap<QString, QString> &headers)
{
    const auto has = [&headers](QLatin1StringView name) {
        return std::ranges::any_of(headers.keys(),
            [name](const QString &it) { return it.compare(name, Qt::CaseInsensitive) == 0; });
    };
    HeadWriter request("GET " + url.target + " HTTP/1.1");
    if (!has("Host"_L1))
        request.add("Host", url.authority);
    if (!has("User-Agent"_L1))
        request.add("User-Agent", "semper");
    if (!has("Accept"_L1))
        request.add("Accept", "*/*");
    for (const auto &[name, value] : headers.asKeyValueRange())
        request.add(name.toLatin1(), value.toUtf8());
    return request.add("Connection", "close").take();
}

} // namespace

HttpProbe::HttpProbe(const ReadySpec &spec)
    : RepeatedProbe(spec)
    , m_name(spec.url)
    , m_spec(spec.http)
    , m_body(BoundedPattern::make(spec.http.expectedBody, mostStepsPerBody))
{
    auto parsed = parseProbeUrl(spec.url, u"/"_s);
    if (auto *url = std::get_if<ProbeUrl>(&parsed))
        m_url = std::move(*url);
    else
        m_urlFault = u"\"%1\" %2"_s.arg(spec.url, std::get<QString>(parsed));
}

HttpProbe::~HttpProbe()
{
    endLater(std::move(m_socket), this);
    forgetLater(std::move(m_path), this);
}

void HttpProbe::begin()
{
    if (!m_url)
        return fail(m_urlFault);
    m_answer = {};
    if (m_url->path.isEmpty())
        connectToHost(*m_url);
    else
        connectToPath(m_url->path);
}

void HttpProbe::connectToHost(const ProbeUrl &url)
{
    QSslSocket *encrypted = url.encrypted ? new QSslSocket : nullptr;
    m_socket.reset(encrypted ? encrypted : new QTcpSocket);
    m_socket->setProxy(QNetworkProxy::NoProxy);
    hear();
    if (!encrypted) {
        connect(m_socket.get(), &QTcpSocket::connected, this, &HttpProbe::ask);
        return m_socket->connectToHost(url.host, url.port);
    }
    // Nobody stands between a machine and itself, and a certificate is hardly ever for "localhost".
    const bool verifies = m_spec.verifyCertificate.value_or(!url.isLocal());
    encrypted->setPeerVerifyMode(verifies ? QSslSocket::VerifyPeer : QSslSocket::VerifyNone);
    connect(encrypted, &QSslSocket::encrypted, this, &HttpProbe::ask);
    encrypted->connectToHostEncrypted(url.host, url.port);
}

void HttpProbe::connectToPath(const QString &path)
{
    m_path = std::make_unique<PathConnection>(path);
    connect(m_path.get(), &PathConnection::connected, this, &HttpProbe::take);
    connect(m_path.get(), &PathConnection::failed, this, &HttpProbe::refuse);
    m_path->start();
}

void HttpProbe::take(int descriptor)
{
    forgetLater(std::move(m_path), this);
    m_socket = std::make_unique<QTcpSocket>();
    hear();
    m_socket->setSocketDescriptor(descriptor);
    ask();
}

void HttpProbe::hear()
{
    m_socket->setReadBufferSize(answerBufferBytes);
    connect(m_socket.get(), &QTcpSocket::readyRead, this, &HttpProbe::read);
    connect(
        m_socket.get(), &QTcpSocket::errorOccurred, this, [this](QTcpSocket::SocketError error) {
            const QString why = m_socket->errorString();
            return error == QTcpSocket::RemoteHostClosedError ? peerClosed(why) : refuse(why);
        });
}

void HttpProbe::ask()
{
    m_socket->write(requestFor(*m_url, m_spec.headers));
}

void HttpProbe::read()
{
    m_answer.take(m_socket->readAll());
    look();
}

void HttpProbe::peerClosed(const QString &why)
{
    m_answer.take(m_socket->readAll());
    m_answer.end();
    switch (m_answer.state()) {
    case HttpAnswer::State::Head:
        return refuse(why);
    case HttpAnswer::State::Body:
        return refuse(
            u"answered %1, but not to the end of its answer: %2"_s.arg(m_answer.status()).arg(why));
    case HttpAnswer::State::Whole:
    case HttpAnswer::State::Broken:
        return look();
    }
    Q_UNREACHABLE();
}

void HttpProbe::look()
{
    switch (m_answer.state()) {
    case HttpAnswer::State::Head:
        return;
    case HttpAnswer::State::Body:
        // What is still to come changes nothing; it is read all the same.
        if (!isStatusExpected() || (m_answer.isUntilClose() && !m_body))
            judge();
        return;
    case HttpAnswer::State::Whole:
        return judge();
    case HttpAnswer::State::Broken:
        return refuse(m_answer.fault());
    }
    Q_UNREACHABLE();
}

bool HttpProbe::isStatusExpected() const
{
    const int status = m_answer.status();
    return m_spec.expectedStatus.isEmpty() ? status >= 200 && status < 400
                                           : m_spec.expectedStatus.contains(status);
}

void HttpProbe::judge()
{
    if (!isStatusExpected())
        return refuse(u"answered %1"_s.arg(m_answer.status()));
    if (m_body && !m_body->matches(m_answer.body()))
        return refuse(u"answered %1, and nothing in the body matched \"%2\""_s.arg(
            QString::number(m_answer.status()), m_spec.expectedBody));
    part();
    succeed();
}

void HttpProbe::giveUp(const QString &why)
{
    const bool isUnderWay = m_answer.state() == HttpAnswer::State::Body;
    if (isUnderWay && m_answer.isUntilClose())
        return judge(); // by what came of an answer that goes on
    refuse(isUnderWay ? u"answered %1, but not to the end of its answer: %2"_s.arg(
               QString::number(m_answer.status()), why)
                      : why);
}

void HttpProbe::refuse(const QString &why)
{
    part();
    fail(u"%1: %2"_s.arg(m_name, why));
}

void HttpProbe::part()
{
    const bool isWhole = m_answer.state() == HttpAnswer::State::Whole;
    closePolitely(
        std::move(m_socket), this, isWhole ? Parting::Peer::MaySend : Parting::Peer::Answers);
    forgetLater(std::move(m_path), this);
}

} // namespace semper
