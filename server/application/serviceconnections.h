// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/connectionquery.h"
#include "boundary/supervision.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QString>

#include <variant>

namespace semper {

class ProcessSession;
class ServerApplication;

/// Answers what is asked about the clients of services: by their user processes, and over HTTP.
class ServiceConnections
{
public:
    /// \a application outlives it.
    explicit ServiceConnections(const ServerApplication &application)
        : m_application(application)
    { }

    /// A request of a launch: the items of its result, or why there are none.
    [[nodiscard]] std::variant<QJsonArray, CommandError> answer(
        ProcessSession &session, const QString &method, const QJsonObject &params) const;
    /// {"connections": [...], "total", "more"}
    [[nodiscard]] std::variant<QJsonObject, CommandError> page(const ConnectionQuery &query) const;

private:
    const ServerApplication &m_application;
};

} // namespace semper
