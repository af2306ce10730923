// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/serviceside.h"

#include <QHash>
#include <QJsonObject>
#include <QJsonValue>
#include <QObject>
#include <QString>

#include <memory>
#include <utility>

namespace semper {

class ProcessSession;

/// Takes what user processes ask of their services across the boundary, and the answers back. Each
/// request has one response, unless the process is gone by then. Supervision's thread.
class ServiceQuestions : public QObject
{
    Q_OBJECT
public:
    /// \a services outlives it.
    explicit ServiceQuestions(ServiceSide &services)
        : m_services(services)
    { }

    /// The frame "request" of \a session, whose process there is.
    void take(ProcessSession &session, const QJsonValue &id, const QString &method,
        const QJsonObject &params);

private:
    void ask(ProcessSession &session, const QJsonValue &id, const QJsonObject &params,
        const std::shared_ptr<int> &underWay);

    ServiceSide &m_services;
    /// Requests by name and instance of who asked. Those of a launch that is over count on until
    /// their handlers are done.
    QHash<std::pair<QString, int>, std::shared_ptr<int>> m_underWay;
};

} // namespace semper
