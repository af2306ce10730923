// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/httphandler.h>
#include <semper/httplimits.h>
#include <semper/semper_server_export.h>
#include <semper/service.h>

#include <QHttpServer>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>
#include <utility>

namespace semper {

class GuardedServer;

struct HttpServiceOptions
{
    QString listen = {}; ///< "host:port", "[v6]:port" or "unix:PATH"; port 0 takes any free one
    HttpLimits limits = {};
};

/// An HTTP service with routes of your own. Each request reaches its handler whole and checked;
/// one that breaks a limit, or the rules of HTTP, is answered before any handler runs. "/" tells
/// that the service is up, unless you route it. Main thread only.
class SEMPER_SERVER_EXPORT HttpService : public Service
{
    Q_OBJECT
public:
    using Options = HttpServiceOptions;
    using Method = QHttpServerRequest::Method;
    using Methods = QHttpServerRequest::Methods;

    explicit HttpService(const QString &name, const Options &options = {});
    ~HttpService() override;

    /// Answers \a path, any method. The handler takes what "<arg>" in the path matched, then
    /// const QHttpServerRequest & if it likes, and returns the answer: a QString, a QJsonObject,
    /// or a QHttpServerResponse. It runs on the main thread and holds up everything while it does.
    /// What it throws becomes a 500. False, with a warning, for a path that makes no pattern.
    template <typename Handler>
    bool route(const QString &path, Handler handler)
    {
        return route(path, Method::AnyKnown, std::move(handler));
    }
    /// The same for some methods. Who answers GET answers HEAD, without the body.
    template <typename Handler>
    bool route(const QString &path, Methods methods, Handler handler)
    {
        if (methods.testFlag(Method::Get))
            methods |= Method::Head;
        return checkRoute(
            path, m_http.route(path, methods, detail::safeHandler(std::move(handler))));
    }

    /// Replaces the address of the options, as a configuration does. Before listen() only.
    void setListen(const QString &address) { m_options.listen = address; }
    /// As the options, a configuration, or the last rebind() say; not yet resolved.
    [[nodiscard]] QString listenAddress() const { return m_options.listen; }

    [[nodiscard]] QString type() const override;
    [[nodiscard]] std::optional<QString> listen() override;
    [[nodiscard]] Rebinding rebind(const QString &address) override;
    void retire() override;
    [[nodiscard]] QStringList addresses() const override;
    [[nodiscard]] QList<Connection> connections() const override;

private:
    [[nodiscard]] static bool checkRoute(const QString &path, bool routed);
    [[nodiscard]] QHttpServerResponse answerUnrouted(const QHttpServerRequest &request) const;

    /// Lets the connections of \a server end; with the last of them goes a service that was
    /// retired.
    void letEnd(GuardedServer *server);

    Options m_options;
    int m_ending = 0; ///< servers whose connections are left to end
    bool m_retired = false;
    QHttpServer m_http;
    GuardedServer *m_server = nullptr; ///< m_http's; null until listen()
};

} // namespace semper
