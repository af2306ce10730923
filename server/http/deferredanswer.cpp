// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/deferredanswer.h"

#include "http/httpguard.h"

#include <utility>

namespace semper {

DeferredAnswer::DeferredAnswer(QHttpServerResponder &&responder)
    : m_guard(HttpGuard::handingOn())
    , m_request(m_guard ? m_guard->deferAnswer(std::move(responder)) : 0)
    , m_place(m_guard ? m_guard->takePlace() : nullptr)
{ }

DeferredAnswer::DeferredAnswer(const DeferredAnswer &) = default;
DeferredAnswer &DeferredAnswer::operator=(const DeferredAnswer &) = default;
DeferredAnswer::~DeferredAnswer() = default;

bool DeferredAnswer::mayRun() const
{
    return !m_guard || m_place;
}

void DeferredAnswer::give(QHttpServerResponse &&response) const
{
    if (m_guard)
        m_guard->giveAnswer(m_request, std::move(response));
}

} // namespace semper
