// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/httperror.h>
#include <semper/httprequest.h>
#include <semper/httpresponse.h>
#include <semper/semper_clients_export.h>
#include <semper/task.h>

#include <QByteArray>
#include <QJsonObject>
#include <QUrl>

#include <chrono>
#include <memory>

namespace semper {

class TaskScope;

/// HTTP for a user process, or for a service's own code (Service::scope()). Its requests wait
/// without blocking; a stop cuts them short. \code semper::HttpClient http(process); const auto
/// answer = co_await http.get(url); if (answer.isSuccess())
///     process.gauge(u"stock").set(answer.json()[u"stock"].toInt());
/// \endcode
/// Each throws HttpError where there is no whole answer, Stopped on a stop. Connections are kept
/// for the next request; cookies are not. Several requests may be under way at once; those that
/// are when this goes end by themselves. For the thread of the scope, which outlives this.
class SEMPER_CLIENTS_EXPORT HttpClient
{
public:
    /// Which redirections are followed, at most ten in a row. One that is not is an answer like
    /// others, with its status and its header "location".
    enum class Redirects {
        None,
        SameOrigin, ///< to the same scheme, host and port
        NotLessSafe, ///< anywhere but from https to http; elsewhere without tokens and the like
    };

    explicit HttpClient(TaskScope &scope);
    ~HttpClient();
    Q_DISABLE_COPY_MOVE(HttpClient)

    // What follows is for the requests begun from then on.

    /// For a whole request, redirections included; 30 s by default.
    void setTimeout(std::chrono::milliseconds timeout);
    /// A body that is longer, unpacked, ends the request; 16 MiB by default.
    void setMaximumBodyBytes(qsizetype bytes);
    /// SameOrigin by default.
    void setRedirects(Redirects redirects);
    /// With every request. Throws std::invalid_argument for what is no name, or no single line.
    void setHeader(const QByteArray &name, const QByteArray &value);
    /// "Authorization: Bearer ..." with every request; space around it is left out.
    void setBearerToken(const QByteArray &token);
    /// Certificates, as PEM, to believe beside those of the system. Throws std::invalid_argument
    /// for text that has none. There is no way to believe everybody.
    void addAuthorities(const QByteArray &pem);

    [[nodiscard]] QCoro::Task<HttpResponse> get(const QUrl &url);
    [[nodiscard]] QCoro::Task<HttpResponse> head(const QUrl &url);
    [[nodiscard]] QCoro::Task<HttpResponse> remove(const QUrl &url); ///< DELETE
    [[nodiscard]] QCoro::Task<HttpResponse> post(const QUrl &url, const QJsonObject &body);
    [[nodiscard]] QCoro::Task<HttpResponse> post(
        const QUrl &url, const QByteArray &body, const QByteArray &contentType);
    [[nodiscard]] QCoro::Task<HttpResponse> put(const QUrl &url, const QJsonObject &body);
    [[nodiscard]] QCoro::Task<HttpResponse> put(
        const QUrl &url, const QByteArray &body, const QByteArray &contentType);
    [[nodiscard]] QCoro::Task<HttpResponse> patch(const QUrl &url, const QJsonObject &body);
    [[nodiscard]] QCoro::Task<HttpResponse> patch(
        const QUrl &url, const QByteArray &body, const QByteArray &contentType);
    [[nodiscard]] QCoro::Task<HttpResponse> send(const HttpRequest &request);

private:
    struct Shared;

    std::shared_ptr<Shared> m_shared; ///< requests that are under way hold it too
};

} // namespace semper
