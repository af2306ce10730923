// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/serviceside.h"

#include <QJsonObject>
#include <QString>

namespace semper {

class ServerApplication;

/// Answers what is asked about the clients of services: by their user processes, and over HTTP.
/// For the services' thread.
class ConnectionPages
{
public:
    /// \a application outlives it.
    explicit ConnectionPages(const ServerApplication &application)
        : m_application(application)
    { }

    /// A request of a process of \a service: the items of its result, or why there are none.
    [[nodiscard]] ServiceSide::Items answer(
        const QString &service, const QString &method, const QJsonObject &params) const;
    /// {"connections": [...], "total", "more"}
    [[nodiscard]] ConnectionPage page(const ConnectionQuery &query) const;

private:
    const ServerApplication &m_application;
};

} // namespace semper
