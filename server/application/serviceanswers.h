// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/servicemessages.h>

#include <QHash>
#include <QJsonObject>
#include <QJsonValue>
#include <QObject>
#include <QPointer>
#include <QString>

#include <memory>
#include <utility>

namespace semper {

class ProcessSession;
class ServerApplication;

/// Has the services' own code answer what their user processes ask. Each request has one response,
/// unless the process is gone by then. Main thread.
class ServiceAnswers : public QObject
{
    Q_OBJECT
public:
    /// \a application outlives it.
    explicit ServiceAnswers(const ServerApplication &application)
        : m_application(application)
    { }

    void answer(ProcessSession &session, const QJsonValue &id, const QJsonObject &params);

private:
    QCoro::Task<> drive(QPointer<ProcessSession> session, QJsonValue id,
        RequestHandler<ProcessRequest> handler, ProcessRequest request,
        std::shared_ptr<int> underWay);

    const ServerApplication &m_application;
    /// Requests by name and instance of who asked. Those of a launch that is over count on until
    /// their handlers are done; a handler may outlive this.
    QHash<std::pair<QString, int>, std::shared_ptr<int>> m_underWay;
};

} // namespace semper
