// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/httperror.h>
#include <semper/httprequest.h>
#include <semper/httpresponse.h>

#include <QByteArray>
#include <QNetworkReply>
#include <QString>

#include <memory>

QT_FORWARD_DECLARE_CLASS(QNetworkAccessManager)
QT_FORWARD_DECLARE_CLASS(QNetworkRequest)

namespace semper {

class Suspension;

/// One request and its answer, without redirections. It tells \a ended when it is over: resumed
/// with a response(), failed with an HttpError. Destroyed earlier, it cuts the connection.
class HttpExchange
{
public:
    HttpExchange(QNetworkAccessManager &network, const QNetworkRequest &transport,
        const HttpRequest &request, qsizetype maximumBodyBytes, Suspension &ended);
    ~HttpExchange();
    Q_DISABLE_COPY_MOVE(HttpExchange)

    /// For what has ended well.
    [[nodiscard]] HttpResponse response() const;

private:
    struct DeleteReply
    {
        void operator()(QNetworkReply *reply) const;
    };

    void readBody();
    void checkLength();
    void finish();
    void fail(HttpError::Kind kind, const QString &why);
    [[nodiscard]] int status() const;

    HttpRequest m_request;
    qsizetype m_maximumBodyBytes;
    Suspension &m_ended;
    QByteArray m_body;
    QString m_tlsErrors;
    bool m_wasSent = false; ///< at least once: QtNetwork may send it again by itself
    std::unique_ptr<QNetworkReply, DeleteReply> m_reply;
};

/// "GET https://host/path", without what may be secret in it.
[[nodiscard]] QString describe(const HttpRequest &request);

} // namespace semper
