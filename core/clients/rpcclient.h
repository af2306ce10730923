// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/rpcerror.h>
#include <semper/rpcframing.h>
#include <semper/rpctransporterror.h>
#include <semper/semper_clients_export.h>
#include <semper/task.h>

#include <QByteArray>
#include <QJsonArray>
#include <QJsonObject>
#include <QJsonValue>
#include <QString>
#include <QUrl>

#include <chrono>
#include <concepts>
#include <memory>

namespace semper {

class TaskScope;

struct RpcClientOptions
{
    RpcFraming framing = RpcFraming::Newline; ///< not over HTTP
    /// Of a Semper server: shown once on each connection, in Swoft's framing with each call, and
    /// over HTTP as "Authorization: Bearer". Without TLS everybody on the way can read it.
    QByteArray token = {};
    QJsonObject ext = {}; ///< goes along with each call in Swoft's framing
    /// Of a call, the wait for a connection included. A connection on which nothing came since the
    /// call was sent counts as dead then, and is made anew.
    std::chrono::milliseconds timeout{5000};
    std::chrono::milliseconds connectTimeout{5000}; ///< of one attempt, TLS included; not over HTTP
    qsizetype maximumAnswerBytes = 16 * 1024 * 1024; ///< a longer answer ends the connection
    QByteArray authorities = {}; ///< certificates as PEM, believed beside those of the system
};

/// JSON-RPC 2.0 for a user process, or for a service's own code. It connects when a call needs it,
/// again after a loss, and no call blocks. Several calls may be under way at once; in Swoft's
/// framing, which has no ids, they go one after another. A call is sent once and never repeated,
/// but over HTTP: there it may arrive twice, when the connection breaks before the answer
/// (QtNetwork sends it again).
/// \code
/// semper::RpcClient rpc(process, QUrl(u"tcp://127.0.0.1:18307"_s));
/// const QJsonValue sum = co_await rpc.call(u"sum"_s, 1, 2);
/// const QJsonObject named{{u"minuend"_s, 42}, {u"subtrahend"_s, 23}};
/// const QJsonValue difference = co_await rpc.callNamed(u"subtract"_s, named);
/// \endcode
/// A call throws RpcError where that is the answer, RpcTransportError where there is none, Stopped
/// on a stop. Those that are under way when this goes end by themselves. For the thread of the
/// scope, which outlives this.
class SEMPER_CLIENTS_EXPORT RpcClient
{
public:
    /// \a address is tcp://HOST:PORT, tls://HOST:PORT, unix:/PATH, http://... or https://...;
    /// throws std::invalid_argument for any other, and for authorities that are none.
    RpcClient(TaskScope &scope, const QUrl &address, const RpcClientOptions &options = {});
    ~RpcClient();
    Q_DISABLE_COPY_MOVE(RpcClient)

    /// With \a arguments by position: numbers, strings, booleans, or any QJsonValue.
    template <class... Arguments>
    [[nodiscard]] QCoro::Task<QJsonValue> call(QAnyStringView method, const Arguments &...arguments)
    {
        return send(method.toString(), list(arguments...), false);
    }
    /// With arguments by name.
    [[nodiscard]] QCoro::Task<QJsonValue> callNamed(
        QAnyStringView method, const QJsonObject &arguments)
    {
        return send(method.toString(), arguments, false);
    }
    /// Has no answer; done, with a null, once it was handed to the system, over HTTP once it
    /// arrived. In Swoft's framing, where all is answered, as call().
    template <class... Arguments>
    [[nodiscard]] QCoro::Task<QJsonValue> notify(
        QAnyStringView method, const Arguments &...arguments)
    {
        return send(method.toString(), list(arguments...), true);
    }

    /// `<version>::<interface>::<method>`, a method in Swoft's framing.
    [[nodiscard]] static QString swoftRoute(
        QAnyStringView interface, QAnyStringView method, QAnyStringView version = defaultVersion());

private:
    struct Private;

    [[nodiscard]] static QString defaultVersion();
    template <class... Arguments>
    [[nodiscard]] static QJsonArray list(const Arguments &...arguments)
    {
        QJsonArray all;
        (all.append(QJsonValue(arguments)), ...);
        return all;
    }
    [[nodiscard]] QCoro::Task<QJsonValue> send(
        const QString &method, const QJsonValue &params, bool isNotification);

    std::unique_ptr<Private> m_private;
};

} // namespace semper
