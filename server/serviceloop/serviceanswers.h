// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/serviceside.h"

#include <semper/servicemessages.h>

#include <QJsonObject>

namespace semper {

class ServerApplication;

/// Has the services' own code answer what their user processes ask. For the services' thread.
class ServiceAnswers
{
public:
    /// \a application outlives it.
    explicit ServiceAnswers(const ServerApplication &application)
        : m_application(application)
    { }

    /// \a done is called once, when the handler has answered or thrown; maybe from within.
    void answer(const ServiceProcess &from, const QJsonObject &payload,
        const ServiceSide::Done<QJsonObject> &done) const;

private:
    static QCoro::Task<> drive(RequestHandler<ProcessRequest> handler, ProcessRequest request,
        ServiceSide::Done<QJsonObject> done);

    const ServerApplication &m_application;
};

} // namespace semper
